/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.integration;

import java.util.EnumSet;
import java.util.Set;
import org.apache.karaf.features.FeaturesService;
import org.junit.Test;

/** The platform at work in a container that people bring themselves. */
public class PlainKarafIT extends PlainKarafSupport {
    @Test
    public void requestsAreServedUntilTheBackendIsUninstalled() throws Exception {
        features.installFeatures(Set.of("tminus", "tminus-cpu"), EnumSet.noneOf(FeaturesService.Option.class));
        try (PlainService service = new PlainService(context)) {
            await("the platform is ready; " + service.warnings(), service::ready);
            service.answer();

            features.uninstallFeature("tminus-cpu");
            await("no backend is left", () -> !service.ready());
            service.isRefusedForWantOfABackend();

            features.installFeature("tminus-cpu");
            await("the platform is ready again; " + service.warnings(), service::ready);
            service.answer();
        }
    }
}
