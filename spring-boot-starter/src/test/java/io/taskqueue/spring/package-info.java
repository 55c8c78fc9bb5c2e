/** The starter in contexts of Spring: which beans there are, what runs when, and what users see where something is wrong. */
@NullMarked
package io.taskqueue.spring;

import org.jspecify.annotations.NullMarked;
