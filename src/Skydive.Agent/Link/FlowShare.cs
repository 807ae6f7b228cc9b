namespace Skydive.Agent.Link;

/// <summary>What one capture has in a message.</summary>
/// <param name="OnDropped">Told how many flows and packets are lost; null when nobody wants to know.</param>
/// <param name="Flows">How many flows.</param>
/// <param name="Packets">How many packets.</param>
internal readonly record struct FlowShare(Action<int, int>? OnDropped, int Flows, int Packets);
