/** An application whose classes a test loads again, see {@link io.taskqueue.spring.ReloadedClassesTest}. */
@NullMarked
package io.taskqueue.spring.reloaded;

import org.jspecify.annotations.NullMarked;
