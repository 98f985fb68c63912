/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.karaf.features.Feature;
import org.apache.karaf.features.FeaturesService.Option;
import org.junit.Test;
import org.osgi.framework.Bundle;
import org.osgi.framework.Constants;

/**
 * What the archive starts with can be taken away, all of it, and brought back. The class refers to nothing of ours: it would
 * be stopped with what it is wired to.
 */
public class FeaturesIT extends TminusTestSupport {
    @Test
    public void allFeaturesGoAndComeBack() throws Exception {
        Set<String> before = ours(FeaturesIT::isActive);
        Set<String> names = Arrays.stream(features.listRequiredFeatures())
                .map(Feature::getName)
                .filter(name -> name.startsWith("tminus"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(names).contains("tminus", "tminus-cpu", "tminus-demo");

        for (String name : names) {
            execute("feature:uninstall " + name);
        }
        await("nothing of ours is installed", () -> ours(bundle -> true).isEmpty());

        features.installFeatures(names, EnumSet.noneOf(Option.class));
        await("the same bundles are there and active", () -> ours(FeaturesIT::isActive)
                .equals(before));
    }

    private Set<String> ours(Predicate<Bundle> wanted) {
        return Arrays.stream(context.getBundles())
                .filter(bundle -> bundle.getSymbolicName().startsWith("org.tminus."))
                .filter(wanted)
                .map(bundle -> bundle.getSymbolicName() + " " + bundle.getVersion())
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** As far as a fragment can be. */
    private static boolean isActive(Bundle bundle) {
        return bundle.getState() == Bundle.ACTIVE
                || bundle.getState() == Bundle.RESOLVED && bundle.getHeaders().get(Constants.FRAGMENT_HOST) != null;
    }
}
