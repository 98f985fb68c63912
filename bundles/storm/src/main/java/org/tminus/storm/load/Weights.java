/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.storm.load;

import org.osgi.framework.Version;

/**
 * The weights of a version of the model. Half of the good updates bring others, so that an answer under one version's name that another
 * version gave is seen. The version's qualifier says which.
 */
public enum Weights {
    /** As in the file. */
    ORIGINAL(""),
    /** All changed a little. */
    CHANGED("changed"),
    /** A file that must never answer. */
    BAD("bad");

    private final String qualifier;

    Weights(String qualifier) {
        this.qualifier = qualifier;
    }

    /** What stands in the version. */
    public String qualifier() {
        return qualifier;
    }

    /** Of a version that the storm made, or of the one that was there before. */
    public static Weights of(Version version) {
        for (Weights weights : values()) {
            if (weights.qualifier.equals(version.getQualifier())) {
                return weights;
            }
        }
        return ORIGINAL;
    }
}
