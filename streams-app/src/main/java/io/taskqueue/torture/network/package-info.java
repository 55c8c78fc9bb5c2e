/**
 * A TCP proxy on the loopback address, through which all clients reach the brokers and the sinks reach their target, so that the
 * network between them can fail.
 *
 * <pre>
 *   TcpProxy            listens, and connects each client to the server behind it
 *     ProxiedConnection   copies the bytes of one connection, on one thread for each direction
 *     LinkCondition       what the network does to them: open, cut, slow, half open, answers lost
 * </pre>
 *
 * <p>Any thread may change the condition; the proxy's own threads copy. A byte that arrives is never changed or reordered.
 */
@NullMarked
package io.taskqueue.torture.network;

import org.jspecify.annotations.NullMarked;
