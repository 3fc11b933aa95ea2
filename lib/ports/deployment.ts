/** Which of the deployed configurations is in force. */
export interface Deployment {
  /**
   * Whether a deploy, or a roll-back, has replaced the configuration that this function was built with. A function
   * whose configuration is replaced decides nothing any more: it leaves a wake-up for one that has the new.
   */
  isReplaced(): Promise<boolean>
}
