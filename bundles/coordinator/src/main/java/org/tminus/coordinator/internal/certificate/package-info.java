/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
/** What the coordinator knows of certificates: what they cover, whether they still hold, and which were withdrawn. */
@NullMarked
package org.tminus.coordinator.internal.certificate;

import org.jspecify.annotations.NullMarked;
