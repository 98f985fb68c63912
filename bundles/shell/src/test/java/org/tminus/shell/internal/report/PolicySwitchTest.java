/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tminus.model.AdaptiveModel;

class PolicySwitchTest {
    private final Fixtures.Platform platform = new Fixtures.Platform();
    private final List<AdaptiveModel> models = List.of(Fixtures.model("pets"), Fixtures.model("plants"));
    private final Store store = new Store();
    private final PolicySwitch policySwitch = new PolicySwitch(platform, models, store);

    @Test
    void thePolicyOfAllModelsIsWrittenBesideWhatIsThere() throws Exception {
        store.kept.put("", Map.of("workers", 4, "policy", "budget"));

        Report report = policySwitch.use("confidence", null, null);

        assertThat(store.kept.get("")).isEqualTo(Map.of("workers", 4, "policy", "confidence"));
        assertThat(report.lines()).containsExactly("Changed the configuration pid-:");
        assertThat(report.tables().get(0).rows()).containsExactly(List.of("policy", "budget", "confidence"));
    }

    @Test
    void oneModelGetsAConfigurationOfItsOwn() throws Exception {
        policySwitch.use("confidence", "pets", "sure");

        assertThat(store.kept)
                .isEqualTo(Map.of("pets", Map.of("model", "pets", "policy", "confidence", "operatingPoint", "sure")));
    }

    @Test
    void anOperatingPointOfAnotherPolicyGoes() throws Exception {
        store.kept.put("", Map.of("policy", "budget", "operatingPoint", "balanced"));

        assertThat(policySwitch.use("confidence", null, null).tables().get(0).rows())
                .containsExactly(List.of("operatingPoint", "balanced", "-"), List.of("policy", "budget", "confidence"));
        store.kept.put("", Map.of("policy", "confidence", "operatingPoint", "balanced"));
        policySwitch.use("budget", null, null);
        assertThat(store.kept.get("")).isEqualTo(Map.of("policy", "budget", "operatingPoint", "balanced"));
    }

    @Test
    void sayingTheSameAgainChangesNothing() throws Exception {
        store.kept.put("", Map.of("policy", "budget"));

        assertThat(policySwitch.use("budget", null, null).lines())
                .singleElement()
                .asString()
                .startsWith("Nothing changed");
        assertThat(store.writes).isZero();
    }

    @Test
    void whatStaysInTheWayIsSaid() throws Exception {
        store.kept.put("plants", Map.of("model", "plants", "policy", "budget"));
        store.kept.put("pets", Map.of("model", "pets", "parameter.threshold", "0.5"));

        Report report = policySwitch.use("confidence", null, null);
        assertThat(report.lines()).anyMatch(line -> line.contains("model plants keeps policy budget"));
        assertThat(report.json()).containsEntry("models", Set.of("pets"));
        assertThat(policySwitch.use("confidence", "pets", null).lines())
                .anyMatch(line -> line.contains("parameter.threshold=0.5 stays"));
    }

    @Test
    void unknownNamesChangeNothingAndNameTheKnownOnes() {
        assertThatThrownBy(() -> policySwitch.use("bugdet", null, null))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContainingAll("'bugdet'", "budget, confidence");
        assertThatThrownBy(() -> policySwitch.use("budget", "cars", null))
                .hasMessageContainingAll("'cars'", "pets, plants");
        assertThatThrownBy(() -> policySwitch.use("budget", "pets", "sure"))
                .hasMessageContainingAll("'sure'", "balanced");
        assertThat(store.writes).isZero();
    }

    @Test
    void aConfigurationThatCannotBeStoredIsAFailure() {
        store.full = true;

        assertThatThrownBy(() -> policySwitch.use("confidence", null, null))
                .isInstanceOf(CommandFailure.class)
                .hasMessageContaining("disk full");
    }

    private static final class Store implements SettingsStore {
        private final Map<String, Map<String, Object>> kept = new HashMap<>();
        private int writes;
        private boolean full;

        @Override
        public Settings read(String model) {
            String key = model == null ? "" : model;
            return new Settings("pid-" + key, kept.getOrDefault(key, Map.of()));
        }

        @Override
        public void write(String model, Map<String, Object> values) throws IOException {
            if (full) {
                throw new IOException("disk full");
            }
            writes++;
            kept.put(model == null ? "" : model, Map.copyOf(values));
        }
    }
}
