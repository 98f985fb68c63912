/*
 * Copyright the Tminus authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package org.tminus.shell.internal.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Proxy;
import java.util.Collections;
import java.util.Dictionary;
import java.util.Hashtable;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;

/** A model's own configuration is found however it was made, and keeps what is not changed. */
class AdminSettingsTest {
    private final Map<String, Hashtable<String, Object>> configured = new LinkedHashMap<>();
    private final AdminSettings settings = new AdminSettings((ConfigurationAdmin) Proxy.newProxyInstance(
            getClass().getClassLoader(),
            new Class<?>[] {ConfigurationAdmin.class},
            (proxy, method, arguments) -> switch (method.getName()) {
                case "listConfigurations" -> {
                    Filter filter = FrameworkUtil.createFilter((String) arguments[0]);
                    yield configured.keySet().stream()
                            .filter(pid -> filter.match(configured.get(pid)))
                            .map(this::configuration)
                            .toArray(Configuration[]::new);
                }
                case "getFactoryConfiguration" -> configuration(arguments[0] + "~" + arguments[1]);
                default -> throw new UnsupportedOperationException(method.getName());
            }));

    private Configuration configuration(String pid) {
        return (Configuration) Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {Configuration.class},
                (proxy, method, arguments) -> switch (method.getName()) {
                    case "getPid" -> pid;
                    case "getProperties" -> configured.get(pid);
                    case "update" -> {
                        Dictionary<?, ?> values = (Dictionary<?, ?>) arguments[0];
                        Hashtable<String, Object> changed = new Hashtable<>();
                        Collections.list(values.keys()).forEach(key -> changed.put(key.toString(), values.get(key)));
                        yield configured.put(pid, changed);
                    }
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

    @Test
    void oneThatIsNamedAfterItsModelKeepsItsOtherSettings() throws Exception {
        put("org.tminus.model~toy", "org.tminus.model", "backend", "cpu");
        assertThat(settings.read("toy").values()).containsEntry("backend", "cpu");
        settings.write("toy", Map.of("backend", "cpu", "policy", "full"));
        assertThat(configured.get("org.tminus.model~toy").get("service.factoryPid"))
                .isEqualTo("org.tminus.model");
        assertThat(settings.read("toy").values())
                .containsOnly(Map.entry("backend", "cpu"), Map.entry("policy", "full"));
    }

    @Test
    void oneThatNamesItsModelIsFoundWhateverItsOwnName() throws Exception {
        put("org.tminus.model~other", "org.tminus.model", "model", "toy");
        put("org.tminus.model~console", null, "model", "made by config:property-set");
        put("org.tminus.model~a~b", "org.tminus.model~a", "model", "misnamed");
        assertThat(settings.read("toy").pid()).isEqualTo("org.tminus.model~other");
        assertThat(settings.read("other").values()).isEmpty();
        assertThat(settings.read("made by config:property-set").pid()).isEqualTo("org.tminus.model~console");
        assertThat(settings.read("misnamed").values()).isEmpty();
    }

    @Test
    void oneThatServesAnotherModelIsNotOverwritten() throws Exception {
        put("org.tminus.model~other", "org.tminus.model", "model", "toy");
        settings.write("other", Map.of("policy", "full"));
        assertThat(configured.get("org.tminus.model~other"))
                .containsEntry("model", "toy")
                .doesNotContainKey("policy");
        assertThat(configured.get("org.tminus.model~other-2"))
                .containsEntry("model", "other")
                .containsEntry("policy", "full");
    }

    @Test
    void aNameThatNoConfigurationMayHaveStandsInIt() throws Exception {
        settings.write("a b", Map.of("policy", "full"));
        assertThat(configured.get("org.tminus.model~a-b")).containsEntry("model", "a b");
    }
}
