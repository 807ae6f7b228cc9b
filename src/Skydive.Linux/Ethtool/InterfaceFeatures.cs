namespace Skydive.Linux.Ethtool;

/// <summary>The features of one interface.</summary>
/// <param name="Index">The index of the interface.</param>
/// <param name="Name">Its name.</param>
/// <param name="Features">Its features.</param>
public sealed record InterfaceFeatures(int Index, string Name, EthtoolFeatures Features);
