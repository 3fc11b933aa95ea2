/** Answers of a pure function that are asked for again and again. */

/** Remembers the last `most` answers; the one that was made first goes first. */
export function remembered<Key, Answer>(most: number, make: (key: Key) => Answer): (key: Key) => Answer {
  const answers = new Map<Key, Answer>()
  return (key) => {
    const found = answers.get(key)
    if (found !== undefined || answers.has(key)) return found as Answer
    const answer = make(key)
    const [oldest] = answers.keys()
    if (oldest !== undefined && answers.size >= most) answers.delete(oldest)
    answers.set(key, answer)
    return answer
  }
}
