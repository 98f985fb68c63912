/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

/** What the loaders of people's own data have in common. */
final class OwnData {
    /** Of people's own data 60 % is for the trunk, 15 % for decisions, 15 % for calibration, 10 % for the test. */
    static final Shares SHARES = new Shares(60, 15, 15, 10);

    static final String LICENCE = "own data";

    private OwnData() {}
}
