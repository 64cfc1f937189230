/// Stands in until the city's data is landed; removed with it.
package struct City: Sendable {
    package init() {}
}
