/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.Test;

/** Each feature alone: it comes with all that it needs, and leaves nothing behind. */
public class ProvisioningIT extends PlainKarafSupport {
    @Test
    public void eachFeatureComesAloneAndLeavesNothingBehind() throws Exception {
        Set<String> before = bundles();
        for (String name : ours()) {
            features.installFeature(name);
            await(name + " is active; " + notActive(), () -> notActive().isEmpty());
            features.uninstallFeature(name);
            await(name + " is gone", () -> bundles().equals(before));
        }
    }

    private Set<String> bundles() {
        return Arrays.stream(context.getBundles())
                .map(bundle -> bundle.getSymbolicName() + " " + bundle.getVersion())
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
