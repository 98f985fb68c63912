/**
 * The learned policy: an LSTM over the layers trained with PPO on cached outcomes, its exact optimum on small problems, and
 * its export.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.policy;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
