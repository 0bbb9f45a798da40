/** The state of clients: who they are, their database, protocol and transaction, and what they have subscribed to. */
@NullMarked
package dev.cinnabar.session;

import org.jspecify.annotations.NullMarked;
