/** Plugins that hand on to real ones, and misbehave when told to. Packed into bundles of their own at run time; nothing here is used by this bundle itself. */
@NullMarked
package org.tminus.storm.plugin;

import org.jspecify.annotations.NullMarked;
