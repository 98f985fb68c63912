/**
 * Contracts that authors of plugins test their own against: a class of JUnit 5 tests for each kind of plugin, and one for
 * its bundle. A test class of the author extends one and says how the plugin is made.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.tck;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
