/**
 * The one family of checked failures. Each says what went wrong and what to do next.
 */
@Export
@Version("1.1.0")
@NullMarked
package org.tminus.failure;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
