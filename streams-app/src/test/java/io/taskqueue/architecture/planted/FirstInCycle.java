package io.taskqueue.architecture.planted;

import org.jspecify.annotations.Nullable;

/** One of four classes that need each other, which the rule about class cycles must find. */
record FirstInCycle(@Nullable SecondInCycle next) {}
