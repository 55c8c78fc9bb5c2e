package io.taskqueue.serde;

/** A codec of this package, which makes sure by itself that what it writes can be read as a part of a record. */
interface CheckedPayloadCodec<T> extends PayloadCodec<T> {}
