// The commands that the page shows, for this cluster, quoted for a shell.

/** Starts a dispatcher, whose events make a queue appear. */
export function dispatchCommand(settings) {
  return `taskqueue dispatch ${cluster(settings)}${topic(settings)} --queue orders --tasks tasks.ndjson`;
}

/** Starts an instance of a sink. */
export function sinkCommand(settings, name = 'log', options = '--sink log') {
  return `taskqueue sink ${cluster(settings)}${topic(settings)} --name ${quoted(name)} ${options}`;
}

/** Plans the redrive of a parked task; with --execute it is done. */
export function redriveCommand(settings, item) {
  return `taskqueue parked redrive ${cluster(settings)} --name ${quoted(item.sink)} --task ${quoted(item.taskId)}`;
}

/** Plans to make a dead task pending again; with --execute it is done. */
export function retryCommand(settings, task) {
  return `taskqueue dead retry ${cluster(settings)} --queue ${quoted(task.queueName)} --task ${quoted(task.taskId)}`;
}

/** The same for all dead tasks of a queue. */
export function retryAllCommand(settings, queue) {
  return `taskqueue dead retry ${cluster(settings)} --queue ${quoted(queue)} --all`;
}

function cluster(settings) {
  return `--bootstrap-server ${quoted(settings.bootstrapServers)}`;
}

function topic(settings) {
  return settings.topic === 'taskqueue.events' ? '' : ` --topic ${quoted(settings.topic)}`;
}

function quoted(text) {
  return /^[\w./:@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
