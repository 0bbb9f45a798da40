/** Publishing and subscribing. */
@NullMarked
package dev.cinnabar.commands.pubsub;

import org.jspecify.annotations.NullMarked;
