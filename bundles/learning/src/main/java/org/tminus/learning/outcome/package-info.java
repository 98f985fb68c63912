/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What every path of a model answers to every example of a split, computed once; policies, oracles, baselines and
 * certificates are then judged on these tables without running the model again.
 */
@Export
@Version("1.0.0")
@NullMarked
package org.tminus.learning.outcome;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
