/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.swap;

import java.util.EnumSet;
import java.util.Set;

/** How it is swapped. */
public enum Action {
    /** Another one is chosen by configuration, or the present one gets other values. */
    CONFIGURE,
    /** The bundle is stopped and started. */
    RESTART,
    /** The bundle is updated from its file while it runs. */
    UPDATE,
    /** The bundle is updated and its old class loader given up. */
    REFRESH,
    /** The bundle is uninstalled and installed anew. */
    REINSTALL,
    /** A second service of the same name and another ranking comes, or goes. */
    RIVAL,
    /** A good version of a model comes. */
    INSTALL_MODEL,
    /** A version of a model goes. */
    REMOVE_MODEL,
    /** A version of a model gets other content under the same version. */
    UPDATE_MODEL,
    /** A file comes that is damaged. */
    DAMAGED_MODEL,
    /** A version comes whose signature is not that of its graph. */
    WRONG_SIGNATURE,
    /** A version comes whose graph cannot be loaded. */
    UNLOADABLE_MODEL;

    static final Set<Action> OF_SERVICES = EnumSet.range(CONFIGURE, RIVAL);
    static final Set<Action> GOOD_MODELS = EnumSet.of(RESTART, INSTALL_MODEL, REMOVE_MODEL, UPDATE_MODEL);
    static final Set<Action> BAD_MODELS = EnumSet.of(DAMAGED_MODEL, WRONG_SIGNATURE, UNLOADABLE_MODEL);

    /** Whether something goes down for a moment at least, so that requests are drained. */
    boolean takesDown() {
        return this != CONFIGURE && this != DAMAGED_MODEL;
    }
}
