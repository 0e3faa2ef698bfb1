#include "run/job_action.h"

#include <string>
#include <utility>

#include "resource/describe.h"
#include "run/attributes.h"
#include "run/describe.h"
#include "run/run.h"
#include "run/settings.h"
#include "schema/validate.h"

namespace er::run {

Diagnostics JobAction::Validate(const Value& config) {
  Diagnostics diagnostics = schema::Validate(schema_, config);
  const std::string workflow = TextOf(config, "workflow_name");
  const std::string region = TextOf(config, "region");
  const std::string named = ToWorkflowName(workflow).region;
  if (!named.empty() && !region.empty() && named != region) {
    diagnostics.push_back(OtherRegion(workflow, region));
  }
  return diagnostics;
}

Value JobAction::ToRun(const Value& config, const std::string& region) const {
  Value::Map run;
  for (const schema::Attribute& attribute : run_.attributes) {
    Value& value = run[attribute.name];
    value = config[attribute.name];
    if (!value.IsNull()) continue;
    if (attribute.default_value.has_value()) {
      value = *attribute.default_value;
    } else {
      value = attribute.computed ? Value::Unknown() : schema::Nothing(attribute);
    }
  }
  const Value& given = config["timeout"];
  run["timeouts"] = Value::Map{
      {"create", given.IsNull() ? *schema_.FindAttribute("timeout")->default_value : given}};
  run["region"] = region;
  return run;
}

Task<Diagnostics> JobAction::Invoke(resource::InvokeRequest request) {
  // What was unknown when the configuration was validated is known by now.
  Diagnostics mistakes = Validate(request.config);
  if (HasError(mistakes)) co_return mistakes;
  std::string region = TextOf(request.config, "region");
  if (region.empty()) region = runs_->surroundings(kind()).region;
  if (region.empty()) co_return Diagnostics{resource::NoRegion()};
  const std::string workflow = TextOf(request.config, "workflow_name");
  const std::string named = ToWorkflowName(workflow).region;
  if (!named.empty() && named != region) co_return Diagnostics{OtherRegion(workflow, region)};
  absl::StatusOr<Region*> connected = runs_->ForRegion(kind(), region);
  if (!connected.ok()) {
    co_return Diagnostics{resource::UnableToConnect(region, connected.status())};
  }
  resource::ApplyRequest create{.planned = ToRun(request.config, region),
                                .stop = std::move(request.stop),
                                .ends = std::move(request.ends)};
  runs_->states().Applies("");
  Run run(run_, *runs_, **connected, std::move(create), "create",
          Invocation{.progress = std::move(request.progress)});
  const resource::StateAnswer answer = co_await run.Create();
  co_return answer.diagnostics;
}

}  // namespace er::run
