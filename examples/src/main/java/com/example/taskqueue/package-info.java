/** Five small programs; {@code examples/README.md} lists them. Each is complete, and none uses another. */
@NullMarked
package com.example.taskqueue;

import org.jspecify.annotations.NullMarked;
