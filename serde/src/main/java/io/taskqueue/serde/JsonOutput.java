package io.taskqueue.serde;

import com.fasterxml.jackson.core.io.SerializedString;
import java.io.IOException;
import java.time.Instant;
import java.util.UUID;

/** Where {@link EventJsonWriter} writes an event: the bytes of a record, or a generator of Jackson. */
interface JsonOutput {

    void startObject() throws IOException;

    void endObject() throws IOException;

    void startArray() throws IOException;

    void endArray() throws IOException;

    void name(SerializedString name) throws IOException;

    void name(String name) throws IOException;

    void number(long value) throws IOException;

    void string(String value) throws IOException;

    void instant(Instant value) throws IOException;

    void uuid(UUID value) throws IOException;

    /** Writes the payload of the event that is being written, as one value; not called if it has none. */
    void payload() throws IOException;
}
