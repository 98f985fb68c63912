/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.fault;

/** What a plugin does wrong, as told. */
public enum Fault {
    /** Throws an unchecked exception. */
    THROWS,
    /** Throws the platform's own kind of exception. */
    FAILS,
    /** Answers with NaN, on a path that is not full depth: at full depth nobody could tell the plugin from the model. */
    NAN,
    /** Answers with an output of a wrong shape, or without one. */
    WRONG_SHAPE,
    /** Answers for another number of rows. */
    WRONG_COUNT,
    /** Chooses a path that the model does not have. */
    UNKNOWN_PATH,
    /** Does not return until it is interrupted or cancelled. */
    HANGS,
    /** Does not return until the harness lets it. */
    HANGS_DEAF,
    /** Cannot open a model. */
    CANNOT_OPEN,
    /** Takes its time to be deactivated. */
    BLOCKS_DEACTIVATION,

    /** Sabotage: answers with numbers that are a little off. */
    ANSWERS_WRONGLY,
    /** Sabotage: refuses a good request as invalid. */
    REFUSES,
    /** Sabotage: leaves a thread behind. */
    LEAKS_THREAD,
    /** Sabotage: keeps its own class loader reachable. */
    LEAKS_CLASS_LOADER
}
