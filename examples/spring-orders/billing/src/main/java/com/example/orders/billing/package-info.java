/** Writes an invoice for each order that was packed. */
@NullMarked
package com.example.orders.billing;

import org.jspecify.annotations.NullMarked;
