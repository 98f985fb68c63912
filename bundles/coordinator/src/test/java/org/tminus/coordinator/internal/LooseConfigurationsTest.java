/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.coordinator.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceReference;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.cm.ConfigurationEvent;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.coordinator.internal.configuration.RolloutSettings;

/** What is configured beside the factories counts if its name allows, and is reported otherwise. */
class LooseConfigurationsTest {
    @SuppressWarnings("unchecked")
    private static final ServiceReference<ConfigurationAdmin> REFERENCE =
            (ServiceReference<ConfigurationAdmin>) Proxy.newProxyInstance(
                    LooseConfigurationsTest.class.getClassLoader(),
                    new Class<?>[] {ServiceReference.class},
                    (proxy, method, arguments) -> {
                        throw new UnsupportedOperationException(method.getName());
                    });

    private static final String FILE = "felix.fileinstall.filename";

    private final Map<String, Hashtable<String, Object>> configured = new LinkedHashMap<>();
    private final ConfigurationHolder holder = new ConfigurationHolder(new ConfigurationStore(null));

    private final ConfigurationAdmin admin = (ConfigurationAdmin) Proxy.newProxyInstance(
            getClass().getClassLoader(), new Class<?>[] {ConfigurationAdmin.class}, (proxy, method, arguments) -> {
                Filter filter = FrameworkUtil.createFilter((String) arguments[0]);
                return configured.values().stream()
                        .filter(filter::match)
                        .map(LooseConfigurationsTest::configuration)
                        .toArray(Configuration[]::new);
            });
    private final LooseConfigurations loose = new LooseConfigurations(() -> admin, holder);

    private static Configuration configuration(Hashtable<String, Object> properties) {
        return (Configuration) Proxy.newProxyInstance(
                LooseConfigurationsTest.class.getClassLoader(),
                new Class<?>[] {Configuration.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getPid" -> properties.get("service.pid");
                    case "getFactoryPid" -> properties.get("service.factoryPid");
                    case "getProperties" -> properties;
                    default -> throw new UnsupportedOperationException(method.getName());
                });
    }

    private void put(String pid, @Nullable String factoryPid, String key, String value) {
        Hashtable<String, Object> properties = new Hashtable<>(Map.of("service.pid", pid, key, value));
        if (factoryPid != null) {
            properties.put("service.factoryPid", factoryPid);
        }
        configured.put(pid, properties);
    }

    private void tell(int type, String pid, @Nullable String factoryPid) {
        loose.configurationEvent(new ConfigurationEvent(REFERENCE, type, factoryPid, pid));
    }

    @Test
    void oneThatIsNamedAsTheFactoryWouldNameItCounts() throws Exception {
        put("org.tminus.model~toy", null, "policy", "mine");
        put("org.tminus.rollout~trial", null, "kind", "policy");
        configured.get("org.tminus.rollout~trial").put("candidate", "new");
        loose.look();
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("mine");
        assertThat(holder.current().rollouts())
                .extracting(RolloutSettings::name)
                .containsExactly("trial");
        assertThat(AdminPromotion.list(admin, "org.tminus.model")).hasSize(1);

        put("org.tminus.model~toy", null, "policy", "another");
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.model~toy", null);
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("another");
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.model~toy", null);
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.rollout~trial", null);
        assertThat(holder.current().forModel("toy").policy()).isNull();
        assertThat(holder.current().rollouts()).isEmpty();
        assertThat(holder.problems()).isEmpty();
    }

    @Test
    void oneWhoseNameMakesAnotherFactoryIsReportedUntilItGoes() throws Exception {
        put("org.tminus.model~a~b", "org.tminus.model~a", FILE, "file:/etc/org.tminus.model~a-b.cfg");
        put("org.tminus.rollout", null, "kind", "policy");
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.model~a~b", "org.tminus.model~a");
        assertThat(holder.problems()).singleElement().satisfies(problem -> {
            assertThat(problem.pid()).isEqualTo("org.tminus.model~a~b");
            assertThat(problem.value()).isEqualTo("org.tminus.model~a-b.cfg");
            assertThat(problem.expected()).contains("org.tminus.model-NAME.cfg").contains("rename");
        });
        assertThat(AdminPromotion.list(admin, "org.tminus.model")).isEmpty();
        loose.look();
        assertThat(holder.problems()).hasSize(2).anySatisfy(problem -> assertThat(problem.expected())
                .contains("org.tminus.rollout~NAME")
                .contains("config:delete org.tminus.rollout"));
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.model~a~b", "org.tminus.model~a");
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.rollout", null);
        assertThat(holder.problems()).isEmpty();
    }

    @Test
    void whatTheFactoriesBringAndWhatIsSomebodyElsesIsLeftAlone() {
        put("org.tminus.model~toy", "org.tminus.model", "policy", "mine");
        put("org.tminus.models", null, "policy", "mine");
        put("org.tminus.backend.cpu", null, "threads", "2");
        loose.look();
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.model~toy", "org.tminus.model");
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.model~toy", "org.tminus.model");
        assertThat(holder.current().forModel("toy").policy()).isNull();
        assertThat(holder.problems()).isEmpty();
    }
}
