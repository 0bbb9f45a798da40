@NullMarked
package dev.cinnabar.commands.acl;

import org.jspecify.annotations.NullMarked;
