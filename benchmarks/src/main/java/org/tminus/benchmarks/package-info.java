/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/**
 * What the parts of a request take, by JMH: the decision, a change of path, and the way through the coordinator. Run with
 * {@code ./tminus jmh}; what whole requests take is measured by {@code ./tminus bench}.
 */
@NullMarked
package org.tminus.benchmarks;

import org.jspecify.annotations.NullMarked;
