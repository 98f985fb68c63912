/**
 * Which path, under this budget? A {@link org.tminus.policy.Policy} turns complexity and budget into a
 * {@link org.tminus.policy.Decision} for each row, before the first layer and, when it asks for checkpoints, between layers.
 *
 * <p>A policy is shared by all requests; whatever belongs to one batch lives in its
 * {@link org.tminus.policy.PolicyRun}.
 */
@Export
@Version("1.2.0")
@NullMarked
package org.tminus.policy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
