/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.tasks;

/** An example before it is in a split. */
interface Row {
    /** Unique in the task. */
    String id();

    /** The class; -1 if nobody knows. */
    int label();

    /** Rows with the same name of a group go to the same split. */
    String group();
}
