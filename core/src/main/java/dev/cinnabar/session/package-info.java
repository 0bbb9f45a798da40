/** The state of clients: who they are, their database, protocol and transaction. */
@NullMarked
package dev.cinnabar.session;

import org.jspecify.annotations.NullMarked;
