package io.taskqueue.cli.dispatch;

import io.taskqueue.serde.PayloadCodec;

/**
 * A task as a line of the input. Its number stays in this process: the payload of its events is the JSON alone.
 *
 * @param number the number of the line, counted from 1
 * @param json the line, one JSON value
 */
record TaskLine(long number, String json) {

    /** Encodes the JSON of a line; a line that is read back has the number 0. */
    static final PayloadCodec<TaskLine> CODEC = new PayloadCodec<>() {

        private final PayloadCodec<String> text = PayloadCodec.jsonText();

        @Override
        public byte[] encode(TaskLine line) {
            return text.encode(line.json);
        }

        @Override
        public TaskLine decode(byte[] json) {
            return new TaskLine(0, text.decode(json));
        }
    };
}
