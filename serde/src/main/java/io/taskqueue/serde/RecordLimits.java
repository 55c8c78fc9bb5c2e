package io.taskqueue.serde;

/**
 * The limits of records, which {@link ReplicationEventCodec} and {@link BoundedJson} document and publish, where the classes
 * below those can use them.
 */
final class RecordLimits {

    static final int MAX_RECORD_BYTES = 16 * 1024 * 1024;
    static final int MAX_PAYLOAD_BYTES = 12 * 1024 * 1024;
    static final int MAX_DEPTH = 500;
    static final int MAX_NUMBER_LENGTH = 1_000;
    static final int MAX_NAME_LENGTH = 50_000;
    static final int MAX_UNKNOWN_FIELDS = 256;

    private RecordLimits() {}
}
