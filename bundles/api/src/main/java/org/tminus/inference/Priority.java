/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.inference;

/** Which of two waiting requests goes first. */
public enum Priority {
    LOW,
    NORMAL,
    HIGH
}
