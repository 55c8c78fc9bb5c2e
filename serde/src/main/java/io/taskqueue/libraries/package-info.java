/**
 * Which versions of other libraries this project works with, and whether the application brings one of them.
 *
 * <pre>
 *   Library                       a library: its supported versions, and the one on the class path
 *   SupportedLibraries            what each part of this project needs
 *   UnsupportedLibraryException   what a user gets otherwise
 * </pre>
 *
 * <p>Called first of all by what a user starts, on the caller's thread. Nothing here may use a type of these libraries: it must
 * work with any version of them, and without them.
 */
@NullMarked
package io.taskqueue.libraries;

import org.jspecify.annotations.NullMarked;
