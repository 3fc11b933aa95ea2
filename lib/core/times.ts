/**
 * Every duration of the protocol, and why it is that long. The rules, the use cases, the functions' entry points and the
 * construct take them from here; `test/unit/core/times.test.ts` says which depend on which, and what fails otherwise.
 * Durations that a user chooses have their defaults and bounds where they are parsed. It imports nothing, for the
 * construct may know nothing of `lib` but types and this.
 */
const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

// What AWS gives.

/** Lambda ends an invocation after 15 minutes, whatever its function's timeout. */
export const LAMBDA_LONGEST_MS = 15 * MINUTE_MS
/** SQS delays a message by at most 15 minutes: a wake-up further off is left to the due index. */
export const MAX_DELAY_MS = 15 * MINUTE_MS
/** SQS delays by whole seconds, rounded down: whoever is woken early waits for the rest, which is less than this. */
export const DELAY_STEP_MS = SECOND_MS
/** Clocks of two machines differ by less than this. Amazon Time Sync keeps Lambda's within milliseconds. */
export const CLOCK_SKEW_MS = 5 * SECOND_MS

// Functions and their calls.

/** The dispatcher's timeout. A pass takes milliseconds, and a batch of the stream wakes at most 100 shards. */
export const DISPATCHER_TIMEOUT_MS = 30 * SECOND_MS
/** The ingest function's timeout: ten events are twenty writes at most. */
export const INGEST_TIMEOUT_MS = 30 * SECOND_MS
/** The tick function's timeout. A tick takes a second; a sweep reads a bounded number of pages of both tables. */
export const TICK_TIMEOUT_MS = 5 * MINUTE_MS
/** The worker's timeout, if the user gives none: a handler of the default timeout, and room for longer ones. */
export const WORKER_TIMEOUT_MS = 5 * MINUTE_MS
/** So much longer than any handler the worker may run: to record the failure and to free the slot. */
export const WORKER_MARGIN_MS = 5 * SECOND_MS
/** What finishing a job takes, the writes and their retries: with less time than this beside its own none is begun. */
export const FINISHING_MS = 3 * SECOND_MS
/** Until what is remembered of a job that has ended is written, all tries together: it still has to be deleted, or it runs again. */
export const HISTORY_ANSWER_MS = SECOND_MS
/**
 * A kept payload's object is kept for so many days after its put: a short time if its job is due soon. The bucket's
 * lifecycle has a rule for each, and the object's key begins with the number.
 */
export const PAYLOAD_LIFETIMES_DAYS = [90, 400] as const
/** For so long a job may wait beyond the time at which it is due: in a backlog, paused, or between attempts. */
export const PAYLOAD_WAIT_DAYS = 60
/** When an attempt finds less than this left, the object is put again: longer than its dead letter would be kept. */
export const PAYLOAD_RENEWED_BELOW_DAYS = 45

/** The longest timeout of a queue: the longest invocation less a minute, for its margin and whatever wraps the handler. */
export const LONGEST_HANDLER_MS = 14 * MINUTE_MS
/** A process that still runs so long after its invocation's timeout has been frozen and thawed: it is ended. */
export const STOPPED_BY_NOW_MS = SECOND_MS
/** Until a connection of a function stands. AWS accepts one in milliseconds. */
export const CONNECTION_MS = SECOND_MS
/** Until a function's call is answered. One that is silent for seconds is dead, and a new connection will do. */
export const ANSWER_MS = 3 * SECOND_MS
/** Until CloudFormation's bucket has taken an answer; then it is sent again. */
export const DEPLOYMENT_ANSWER_MS = 5 * SECOND_MS

// Queues.

/** So long after the worker's timeout its message comes back. That is the crash detector: by then the attempt is over. */
export const WORK_COMES_BACK_MS = 30 * SECOND_MS
/** A pass can be repeated, so a copy that comes too early costs one read; a long wait after a crash delays jobs. */
export const WAKE_VISIBILITY_MS = 2 * DISPATCHER_TIMEOUT_MS
/** What AWS advises: six times the function's timeout, so that throttled batches do not use up their attempts. */
export const INGEST_VISIBILITY_MS = 6 * INGEST_TIMEOUT_MS
/** How often a message comes before it goes to the dead letters of its queue: the sweep makes up for one of a job. */
export const WORK_RECEIVES = 5
/** An hour and a half: throttling and outages count too. */
export const WAKE_RECEIVES = 100
/** A day: an event is not yet a job, so nothing else would bring it back, and a deploy may bring its queue. */
export const INGEST_RECEIVES = 500
/** SQS keeps messages for 14 days at most, and people need time to find the ones that were given up. */
export const RETENTION_MS = 14 * DAY_MS
/** When a shard is looked at again that needs it, but not by the one that has noticed. */
export const WAKE_SOON_MS = SECOND_MS
/** And this at last, if a wake-up had brought the visit that lost: those that keep each other from getting anywhere come apart. */
export const WAKE_APART_LATEST_MS = 10 * SECOND_MS

// Claims and starts.

/** A claim whose message was sent so long ago without a start is sent again, with the same token. */
export const RESEND_AFTER_MS = MINUTE_MS
/** A job may be claimed so long before it may start, so that its message is with a worker by then. */
export const CLAIMED_AHEAD_MS = 250
/** A start of a shared rate is granted ahead, so its job may be claimed earlier: then hardly any message comes too late. */
export const GRANTED_AHEAD_MS = 500
/** A batch that is not full waits for no more so long before one of its jobs expires: for a wake-up, a message and the start. */
export const BEFORE_EXPIRY_MS = 3 * SECOND_MS
/** So long a start that may be made now waits for its message: for a worker that has to start first, too. */
export const GRANTED_FOR_MS = 15_000
/** And this at last, if messages have come too late: workers are scarce then. A claim that is sent again is over by that time. */
export const GRANTED_AT_MOST_MS = 50_000
/** Units of limiters are kept for a start that comes so soon. For a later one they would be kept from others; a lane's for one of a rate with such a period. */
export const KEPT_FOR_START_MS = 2000
/** While a shared rate is paused, nobody knows whom to wake when it is not; and where nothing may start, who is too late by then. */
export const PAUSED_RATE_LOOK_MS = 60_000
/** From the look at the clock that gives a job its `runAt` until it is in the table, calls sent again included. */
export const PUT_MS = 5 * SECOND_MS
/** A start is recorded so far ahead, for the write that records it takes time, and a late start counts twice. */
export const START_LEAD_MS = 15
/**
 * A start that could not be written within half its window is begun again. Where that is less than this, a start by a message is recorded
 * so far ahead: otherwise, while writes take as long, its job would go round in circles.
 */
export const START_WRITES_MS = 250
/** Without a limit starts are remembered so coarsely until the next pass, in case it finds that one was set. */
export const UNLIMITED_BUCKET_MS = SECOND_MS
/** In a window of more than this a wake-up that is a second late costs no more than 5 %. */
export const PRECISE_UP_TO_MS = 20 * SECOND_MS
/**
 * For so long an invocation goes on with its own shard. Workers may be scarce, and whoever waits for one must not wait
 * for the end of another's backlog; after that the next job goes by message, to the end of the queue.
 */
export const CHAIN_MS = 5 * SECOND_MS
/** After a conflict a pass pauses for a random part of this, and of so much more each time. A write takes that long. */
export const CONFLICT_PAUSE_MS = 20

/**
 * A handler that has run so long looks whether its job was cancelled, and then again each time: half a read unit a look. A
 * job that is shorter costs nothing, and hardly anybody cancels it in time.
 */
export const CANCEL_LOOK_EVERY_MS = 5 * SECOND_MS

/** A shard that finds a limiter's line full looks again after this if its job has just come, give or take a half. */
export const LINE_LOOK_SOONEST_MS = 5 * SECOND_MS
/** And after this at last: each look is a pass, and thousands may be kept out. */
export const LINE_LOOK_LATEST_MS = MINUTE_MS

// What only time brings.

/** How often the tick comes: EventBridge knows no shorter rate. */
export const TICK_EVERY_MS = MINUTE_MS
/** A schedule's tick that is later than this when it is fired was missed: a minute's tick that was lost makes none so late. */
export const MISSED_AFTER_MS = MINUTE_MS
/** How far a tick looks ahead: to the next one, and half a minute more in case that is late. */
export const TICK_AHEAD_MS = 90 * SECOND_MS
/** EventBridge gives a tick or a sweep up after this: the next tick sees all that this one has missed. */
export const CLOCK_EVENT_LIVES_MS = MINUTE_MS
/** Lambda gives up an event for the tick function after this. CloudFormation's must survive a minute of throttling. */
export const TICK_EVENT_LIVES_MS = 3 * MINUTE_MS
/** So long a dispatcher fires schedules before it leaves the rest to a message: a call that is tried again must not outlast the dispatcher. */
export const FIRING_MS = 5 * SECOND_MS
/** A schedule that could not be fired is tried again after this: more than once before the next tick, and not without end. */
export const FIRED_AGAIN_MS = 10 * SECOND_MS
/** How often the sweep comes, if the user says nothing: what was lost waits so long, and each one reads both tables. */
export const SWEEP_EVERY_MS = 5 * MINUTE_MS
/** How often the sweep goes through all schedules: only what was lost, or what somebody has damaged, waits for it. */
export const SCHEDULES_SWEPT_EVERY_MS = HOUR_MS
/** Nobody asks partitions of schedules any more that have been empty so long: whoever has begun to put one there has done it by then. */
export const PARTITIONS_EMPTY_FOR_MS = 30 * MINUTE_MS
/** A wake-up that is late by less than this is probably still on its way. */
export const LATE_MS = 30 * SECOND_MS
/** A shard, or a schedule, that is looked at within this time is looked at soon enough: another sweep does not come earlier either. */
export const SOON_MS = 5 * MINUTE_MS
/** A sweep needs this long for a page, its wake-ups and its place, even if calls are slow: with less it stops. */
export const SWEEP_RESERVE_MS = 30 * SECOND_MS

// Deploys, and what no function knows.

/** A function looks at the record of deployments this often at most: a read unit a second for each that is busy. */
export const LOOK_EVERY_MS = SECOND_MS
/** After this, every function has looked again, and what it decided before has been written. */
export const NOTICED_AFTER_MS = 2 * LOOK_EVERY_MS
/** If the tick function does not answer CloudFormation, the deployment fails after this, and not after an hour. */
export const DEPLOYMENT_WAIT_MS = 5 * MINUTE_MS
/**
 * Twice the longest invocation. Whoever has a replaced configuration after that has got it since, by something that
 * CloudFormation does not know of (code that was uploaded by hand, say): it works.
 */
export const REPLACED_FOR_MS = 30 * MINUTE_MS
/** How soon a function with a newer configuration may look at what a replaced one leaves to it. */
export const LEFT_TO_NEWER_MS = 5 * SECOND_MS
/** After so long a queue or a task that nobody knows is a mistake, and no deploy that is under way. */
export const UNKNOWN_FOR_MS = DAY_MS
/** A job whose task is unknown comes back after this at first: a newer worker may be there already. */
export const UNKNOWN_SOONEST_MS = 5 * SECOND_MS
/** And after this at last: by a wake-up that a queue can still delay, so that the due index has no part in it. */
export const UNKNOWN_LATEST_MS = MAX_DELAY_MS
/** A stranded shard is looked at again after this: a deploy that is being carried out has reached the functions. */
export const STRANDED_AGAIN_MS = 30 * SECOND_MS
/** How often a visit to a stranded shard is noted: it costs a write. */
export const STRANDED_NOTED_EVERY_MS = HOUR_MS
/** A stranded shard that nobody has visited for so long was empty: a sweep through a million shards takes less. */
export const STRANDED_EMPTY_MS = 12 * HOUR_MS

// What is kept, and what waits for people.

/** An idle state item is kept so long, or for as long as it remembers starts: a weekly job finds its shard again. */
export const STATE_KEPT_MS = 7 * DAY_MS
/** The lock of a unique key is kept so much longer than its job, or the job's next attempt, is due: paused jobs wait. */
export const LOCK_KEPT_MS = 400 * DAY_MS
/** Dead letters are kept so long: whoever has to look at them may be away for weeks. */
export const LETTER_KEPT_MS = 30 * DAY_MS
/** An operator's clock may be wrong: by this time after its deadline, an attempt's invocation has ended for certain. */
export const SURELY_OVER_MS = HOUR_MS
/** An operator's call waits so long for a database that has no room, then twice as long, and so on. */
export const ROOM_PAUSE_MS = 50
