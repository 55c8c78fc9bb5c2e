/** Takes orders over HTTP, and has workers pack them. */
@NullMarked
package com.example.orders.dispatcher;

import org.jspecify.annotations.NullMarked;
