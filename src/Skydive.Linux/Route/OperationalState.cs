namespace Skydive.Linux.Route;

/// <summary>Operational state of an interface (RFC 2863). Source: <c>linux/if.h</c>.</summary>
public enum OperationalState : byte
{
    /// <summary>The driver does not say; the interface works when it is up.</summary>
    Unknown = 0, // IF_OPER_UNKNOWN

    /// <summary>The device is missing.</summary>
    NotPresent = 1, // IF_OPER_NOTPRESENT

    /// <summary>Down.</summary>
    Down = 2, // IF_OPER_DOWN

    /// <summary>An interface below it is down.</summary>
    LowerLayerDown = 3, // IF_OPER_LOWERLAYERDOWN

    /// <summary>In a test mode.</summary>
    Testing = 4, // IF_OPER_TESTING

    /// <summary>Waits for something outside, such as 802.1X.</summary>
    Dormant = 5, // IF_OPER_DORMANT

    /// <summary>Works.</summary>
    Up = 6, // IF_OPER_UP
}
