/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** The coordinator as an OSGi component: it tracks services and configuration and hands them to the engine. */
@NullMarked
package org.tminus.coordinator.internal;

import org.jspecify.annotations.NullMarked;
