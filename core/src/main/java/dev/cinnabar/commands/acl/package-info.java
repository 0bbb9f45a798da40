/** Commands about users: who may do what. */
@NullMarked
package dev.cinnabar.commands.acl;

import org.jspecify.annotations.NullMarked;
