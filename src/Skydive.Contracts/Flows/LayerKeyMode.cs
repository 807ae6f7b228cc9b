namespace Skydive.Contracts.Flows;

/// <summary>What tells two flows apart.</summary>
public enum LayerKeyMode
{
    /// <summary>MAC addresses as well as the layers above.</summary>
    L2,

    /// <summary>Network and transport layer only; frames without a network layer still use their MAC addresses.</summary>
    L3,
}
