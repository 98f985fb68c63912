package ${package};

import org.osgi.service.component.annotations.Component;
import org.tminus.model.AdaptiveModel;
import org.tminus.model.Path;
import org.tminus.policy.Decision;
import org.tminus.policy.Policy;
import org.tminus.policy.PolicyContext;
import org.tminus.policy.PolicyRun;
import org.tminus.policy.PolicyRuns;

/** The costliest path within the budget, and the cheapest one while many requests wait. */
@Component(property = Policy.NAME + "=${pluginName}")
public final class MyPolicy implements Policy {
    private static final int MANY = 16;

    /** Deciding takes no computation worth counting. */
    @Override
    public long flopsPerRow(AdaptiveModel model) {
        return 0;
    }

    @Override
    public PolicyRun begin(PolicyContext context) {
        boolean busy = context.queueLength() >= MANY;
        Path path = busy ? context.allowedPaths().get(0) : context.affordablePath();
        return PolicyRuns.sameForAll(Decision.run(path), context.rows());
    }
}
