using Microsoft.AspNetCore.Components;

namespace LoyaltyAdmin.Web.Components;

/// <summary>An operation of a row was clicked; app.js tells it to the rows.</summary>
public sealed class RowActionEventArgs : EventArgs
{
    /// <summary>The row's place, from 0.</summary>
    public int Row { get; set; }

    /// <summary>The operation's name.</summary>
    public string Operation { get; set; } = "";
}

/// <summary>The browser events of this application; the compiler finds them by this class's name.</summary>
[EventHandler("onrowaction", typeof(RowActionEventArgs))]
public static class EventHandlers;
