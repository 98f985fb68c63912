/**
 * What an adaptive model is: a stem, layers that a path may skip, exits that may answer, what each costs, and the menu of
 * paths that its training found worth running.
 *
 * <p>Everything here is immutable and safe for use by many threads, except {@link org.tminus.model.ModelLease}, which one
 * owner closes.
 */
@Export
@Version("1.1.0")
@NullMarked
package org.tminus.model;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
