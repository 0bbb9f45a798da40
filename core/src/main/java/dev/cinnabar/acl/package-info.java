/** Access control: users, the rules that say what they may do, and the log of what was denied. Knows no client. */
@NullMarked
package dev.cinnabar.acl;

import org.jspecify.annotations.NullMarked;
