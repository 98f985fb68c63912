/** The storm: starts a container, follows it, and leaves nothing behind. */
@NullMarked
package org.tminus.cli.storm;

import org.jspecify.annotations.NullMarked;
