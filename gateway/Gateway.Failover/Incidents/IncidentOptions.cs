using Gateway.Failover.Configuration;

namespace Gateway.Failover.Incidents;

/// <summary>Reports about incidents. They are kept beside the journal, where there is one.</summary>
public sealed class IncidentOptions
{
    /// <summary>
    /// How many incidents are kept, all pools together. Beyond it the oldest go; availability, MTTR and MTBF still count them.
    /// </summary>
    [Allowed("1", "10000")]
    public int Keep { get; set; } = 500;
}
