package ${package};

import org.tminus.policy.Policy;
import org.tminus.tck.PolicyContract;

class MyPolicyTest extends PolicyContract {
    @Override
    protected Policy policy() {
        return new MyPolicy();
    }
}
