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
import org.osgi.service.cm.ManagedServiceFactory;
import org.tminus.coordinator.internal.configuration.ConfigurationHolder;
import org.tminus.coordinator.internal.configuration.ConfigurationStore;
import org.tminus.coordinator.internal.configuration.RolloutSettings;

/** What factories have counts; what is configured beside them counts if its name allows, and is reported otherwise. */
class InstanceConfigurationsTest {
    @SuppressWarnings("unchecked")
    private static final ServiceReference<ConfigurationAdmin> REFERENCE =
            (ServiceReference<ConfigurationAdmin>) Proxy.newProxyInstance(
                    InstanceConfigurationsTest.class.getClassLoader(),
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
                        .map(InstanceConfigurationsTest::configuration)
                        .toArray(Configuration[]::new);
            });
    private final InstanceConfigurations instances = new InstanceConfigurations(() -> admin, holder);

    private static Configuration configuration(Hashtable<String, Object> properties) {
        return (Configuration) Proxy.newProxyInstance(
                InstanceConfigurationsTest.class.getClassLoader(),
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
        instances.configurationEvent(new ConfigurationEvent(REFERENCE, type, factoryPid, pid));
    }

    private void delete(String pid, @Nullable String factoryPid) {
        configured.remove(pid);
        tell(ConfigurationEvent.CM_DELETED, pid, factoryPid);
    }

    @Test
    void oneThatIsNamedAsTheFactoryWouldNameItCounts() throws Exception {
        put("org.tminus.model~toy", null, "policy", "mine");
        put("org.tminus.rollout~trial", null, "kind", "policy");
        configured.get("org.tminus.rollout~trial").put("candidate", "new");
        instances.look();
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("mine");
        assertThat(holder.current().rollouts())
                .extracting(RolloutSettings::name)
                .containsExactly("trial");
        assertThat(AdminPromotion.list(admin, "org.tminus.model")).hasSize(1);

        put("org.tminus.model~toy", null, "policy", "another");
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.model~toy", null);
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("another");
        delete("org.tminus.model~toy", null);
        delete("org.tminus.rollout~trial", null);
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
        instances.look();
        assertThat(holder.problems()).hasSize(2).anySatisfy(problem -> assertThat(problem.expected())
                .contains("org.tminus.rollout~NAME")
                .contains("config:delete org.tminus.rollout"));
        delete("org.tminus.model~a~b", "org.tminus.model~a");
        delete("org.tminus.rollout", null);
        assertThat(holder.problems()).isEmpty();
    }

    @Test
    void whatTheFactoriesHaveCountsFromTheBeginning() {
        put("org.tminus.model~toy", "org.tminus.model", "policy", "mine");
        instances.look();
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("mine");
    }

    @Test
    void whatIsSomebodyElsesIsLeftAlone() {
        put("org.tminus.models", null, "policy", "mine");
        put("org.tminus.backend.cpu", null, "threads", "2");
        instances.look();
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.models", null);
        assertThat(holder.current().forModel("s").policy()).isNull();
        assertThat(holder.problems()).isEmpty();
    }

    /** A file {@code org.tminus.model~toy.cfg} is renamed {@code org.tminus.model-toy.cfg}: the PID stays. */
    @Test
    void oneThatTakesThePlaceOfAnotherIsNotLostWhicheverIsToldOfFirst() throws Exception {
        ManagedServiceFactory factory = instances.factory("models", "org.tminus.model");
        put("org.tminus.model~toy", null, "policy", "before");
        instances.look();
        put("org.tminus.model~toy", "org.tminus.model", "policy", "after");
        factory.updated("org.tminus.model~toy", configured.get("org.tminus.model~toy"));
        tell(ConfigurationEvent.CM_DELETED, "org.tminus.model~toy", null);
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("after");

        put("org.tminus.model~toy", null, "policy", "loose again");
        tell(ConfigurationEvent.CM_UPDATED, "org.tminus.model~toy", null);
        factory.deleted("org.tminus.model~toy");
        assertThat(holder.current().forModel("toy").policy()).isEqualTo("loose again");
        delete("org.tminus.model~toy", null);
        assertThat(holder.current().forModel("toy").policy()).isNull();
    }
}
