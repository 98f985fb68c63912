/**
 * Intervals and rank statistics that reports use. Plain functions on arrays, safe for several threads.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.stats;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
